class MultiLabel(Linear):
    """One logit per label, trained by sigmoid and binary cross-entropy."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits and targets, 1 or 0 for each label, (B, label) → (B)"""
        return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(-1)


class OneOfLabels(Linear):
    """One logit per class, trained by sigmoid and binary cross-entropy; one class is right."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits (B, class), targets (B) → (B)"""
        wanted = F.one_hot(targets, logits.shape[-1]).to(logits)
        return F.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(-1)
