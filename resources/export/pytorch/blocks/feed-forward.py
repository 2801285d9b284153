class FeedForward(nn.Module):
    """Up-projection, activation and down-projection of every token (Vaswani et al. 2017, section 3.3)."""

    def __init__(self, width, hidden, activation, biased=True, dropout=0.0):
        super().__init__()
        self.activation, self.dropout = activation, dropout
        self.up, self.down = weight(width, hidden), weight(hidden, width)
        self.up_bias = weight(hidden) if biased else None
        self.down_bias = weight(width) if biased else None

    def forward(self, x):
        """(…, d) → (…, d)"""
        hidden = self.activation(dense(x, self.up, self.up_bias))
        return F.dropout(dense(hidden, self.down, self.down_bias), self.dropout, self.training)


class SwiGLU(nn.Module):
    """Feed-forward network in which the SiLU of one hidden layer gates another (Shazeer 2020)."""

    def __init__(self, width, hidden, biased=True, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.up, self.gate, self.down = weight(width, hidden), weight(width, hidden), weight(hidden, width)
        self.up_bias = weight(hidden) if biased else None
        self.gate_bias = weight(hidden) if biased else None
        self.down_bias = weight(width) if biased else None

    def forward(self, x):
        """(…, d) → (…, d)"""
        hidden = F.silu(dense(x, self.gate, self.gate_bias)) * dense(x, self.up, self.up_bias)
        return F.dropout(dense(hidden, self.down, self.down_bias), self.dropout, self.training)
