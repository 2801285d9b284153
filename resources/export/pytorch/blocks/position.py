class Sinusoids(nn.Module):
    """Adds sin and cos of position / 10000^(2i/d), interleaved (Vaswani et al. 2017, section 3.5)."""

    def __init__(self, dropout=0.0):
        super().__init__()
        self.dropout = dropout

    def forward(self, x):
        """(B, T, d) → (B, T, d)"""
        length, width = x.shape[1:]
        feature = torch.arange(width, dtype=torch.float64, device="cpu")
        angles = torch.arange(length, device="cpu")[:, None] / 10000.0 ** (2 * (feature // 2) / width)
        table = torch.where(feature % 2 == 0, angles.sin(), angles.cos())
        return F.dropout(x + table.to(x), self.dropout, self.training)


class Positions(nn.Module):
    """Adds a learned vector for each position."""

    def __init__(self, length, width, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.positions = weight(length, width)

    def forward(self, x):
        """(B, T, d) → (B, T, d)"""
        return F.dropout(x + self.positions[: x.shape[1]], self.dropout, self.training)
