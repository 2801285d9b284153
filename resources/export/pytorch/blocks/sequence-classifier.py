class SequenceClassifier(Linear):
    """One logit per class for every sequence, trained by softmax cross-entropy."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits (B, class), targets (B) → (B)"""
        return cross_entropy(logits, targets, smoothing)


class SharedSequenceClassifier(Linear):
    """The labels of a sequence share the target’s probability."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits and targets, 1 or 0 for each label, (B, label) → (B)"""
        shares = targets / targets.sum(-1, keepdim=True).clamp(min=1)
        return cross_entropy(logits, shares, smoothing)
