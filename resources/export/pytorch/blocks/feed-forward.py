class FeedForward(nn.Module):
    """Up-projection, activation and down-projection of every token (Vaswani et al. 2017, section 3.3)."""

    def __init__(self, width, hidden, activation, dropout=0.0):
        super().__init__()
        self.activation, self.dropout = activation, dropout
        self.up, self.up_bias = weight(width, hidden), weight(hidden)
        self.down, self.down_bias = weight(hidden, width), weight(width)

    def forward(self, x):
        """(…, d) → (…, d)"""
        hidden = self.activation(dense(x, self.up, self.up_bias))
        return F.dropout(dense(hidden, self.down, self.down_bias), self.dropout, self.training)


class SwiGLU(nn.Module):
    """Feed-forward network in which the SiLU of one hidden layer gates another (Shazeer 2020)."""

    def __init__(self, width, hidden, dropout=0.0):
        super().__init__()
        self.dropout = dropout
        self.up, self.up_bias = weight(width, hidden), weight(hidden)
        self.gate, self.gate_bias = weight(width, hidden), weight(hidden)
        self.down, self.down_bias = weight(hidden, width), weight(width)

    def forward(self, x):
        """(…, d) → (…, d)"""
        hidden = F.silu(dense(x, self.gate, self.gate_bias)) * dense(x, self.up, self.up_bias)
        return F.dropout(dense(hidden, self.down, self.down_bias), self.dropout, self.training)
