def cross_entropy(logits, targets, smoothing):
    """Of each prediction, with label smoothing (Szegedy et al. 2016): logits (…, class), targets (…) → (…)"""
    return F.cross_entropy(logits.movedim(-1, 1), targets, reduction="none", label_smoothing=smoothing)
