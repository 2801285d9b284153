class NextToken(Linear):
    """One logit per token of the vocabulary, for every token."""

    def losses(self, logits, targets, smoothing=0.0):
        """Logits (B, T, vocabulary), targets (B, T) → (B, T)"""
        return cross_entropy(logits, targets, smoothing)


class TiedNextToken(nn.Module):
    """The logit of a token is the dot product with its embedding (Press & Wolf 2017)."""

    def __init__(self, vocabulary, biased=True):
        super().__init__()
        self.bias = weight(vocabulary) if biased else None

    def forward(self, x, table):
        """x (B, T, d), table (vocabulary, d) → (B, T, vocabulary)"""
        return dense(x, table.T, self.bias)

    def losses(self, logits, targets, smoothing=0.0):
        """Logits (B, T, vocabulary), targets (B, T) → (B, T)"""
        return cross_entropy(logits, targets, smoothing)
