class Linear(nn.Module):
    """x·W + b."""

    def __init__(self, inputs, outputs, biased=True):
        super().__init__()
        self.weight = weight(inputs, outputs)
        self.weight_bias = weight(outputs) if biased else None

    def forward(self, x):
        """(…, inputs) → (…, outputs)"""
        return dense(x, self.weight, self.weight_bias)
