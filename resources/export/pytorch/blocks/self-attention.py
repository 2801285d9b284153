class SelfAttention(Attention):
    """One head; queries, keys and values come from the same sequence."""

    def __init__(self, width, key, value, biased=True, dropout=0.0, **options):
        super().__init__(**options)
        self.dropout = dropout
        self.query, self.key, self.value = weight(width, key), weight(width, key), weight(width, value)
        self.query_bias = weight(key) if biased else None
        self.key_bias = weight(key) if biased else None
        self.value_bias = weight(value) if biased else None

    def forward(self, x, padding=None):
        """x (B, T, d), padding (B, T) with 1 for real tokens → (B, T, v)"""
        queries = dense(x, self.query, self.query_bias)[:, None]  # (B, 1, T, k)
        keys = dense(x, self.key, self.key_bias)[:, None]
        values = dense(x, self.value, self.value_bias)[:, None]
        return F.dropout(self.attend(queries, keys, values, padding)[:, 0], self.dropout, self.training)
