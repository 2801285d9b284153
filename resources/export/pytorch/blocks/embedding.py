class Embedding(nn.Module):
    """One row of the table per token, times √width if scaled (Vaswani et al. 2017, section 3.4)."""

    def __init__(self, vocabulary, width, scale=1.0):
        super().__init__()
        self.scale = scale
        self.table = weight(vocabulary, width)

    def forward(self, ids):
        """(B, T) → (B, T, d)"""
        return F.embedding(ids, self.table) * self.scale
