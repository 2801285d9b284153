class Classifier(Linear):
    """One logit per class for every token, trained by softmax cross-entropy."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits (B, T, class), targets (B, T) → (B, T)"""
        return cross_entropy(logits, targets, smoothing)
