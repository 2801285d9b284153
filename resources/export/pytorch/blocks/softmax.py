class MaskedSoftmax(nn.Module):
    """Softmax over the keys of each query. Hidden keys and padding get 0."""

    def __init__(self, mask=everything):
        super().__init__()
        self.mask = mask

    def forward(self, scores, pairs=None):
        """Scores (B, T, S), pairs (B, T, S) with 1 where query and key are real → (B, T, S)"""
        padding = None if pairs is None else pairs.amax(1)
        bias, visible = masking(self.mask, scores[:, None], padding)
        weights = (scores[:, None] + bias).softmax(-1) * visible.sum(-1, keepdim=True).clamp(max=1)
        return weights[:, 0]
