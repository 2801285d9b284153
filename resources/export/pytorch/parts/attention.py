def split_heads(x, heads):
    """(B, T, h·w) → (B, h, T, w)"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def join_heads(x):
    """(B, h, T, w) → (B, T, h·w)"""
    return x.transpose(1, 2).flatten(2)


def paint(weights, visible, maps):
    """Weights (B, h, T, S) with painted maps, one list of rows per head, in place of the learned ones."""
    heads, queries, keys = weights.shape[1:]
    painted = torch.zeros(heads, queries, keys)
    learned = torch.ones(heads, 1, 1)
    for head, rows in maps.items():
        painted[head] = torch.tensor(rows)[:queries, :keys]
        learned[head] = 0
    return weights * learned.to(weights) + painted.to(weights) * visible


class Attention(nn.Module):
    """normalise(match(q, k) · scale + mask) · v, the arithmetic shared by all attention blocks."""

    def __init__(self, scale, match=dot, score=None, normalise=softmax, mask=everything, turn=None, bias=None, painted=None, weight_dropout=0.0):
        super().__init__()
        self.scale, self.match, self.normalise, self.mask = scale, match, normalise, mask
        self.turn, self.bias, self.painted, self.weight_dropout = turn, bias, painted, weight_dropout
        self.score = weight(*score) if score else None  # of the score function, if it has one

    def attend(self, queries, keys, values, padding):
        """Queries (B, h, T, k), keys (B, g, S, k), values (B, g, S, v), padding (B, S) with 1 for real keys → (B, h, T, v)"""
        if self.turn:
            queries, keys = self.turn(queries), self.turn(keys)
        sharing = queries.shape[1] // keys.shape[1]  # adjacent heads share a key and value head
        keys, values = keys.repeat_interleave(sharing, 1), values.repeat_interleave(sharing, 1)
        scores = self.match(queries, keys, self.score) * self.scale  # (B, h, T, S)
        bias, visible = masking(self.mask, scores, padding)
        seen = visible.sum(-1, keepdim=True)
        if self.bias:
            bias = bias + self.bias(scores)
        weights = self.normalise(scores + bias, seen)
        if self.painted:
            weights = self.painted(weights, visible)
        weights = F.dropout(weights, self.weight_dropout, self.training)
        return weights @ values * seen.clamp(max=1)  # a query that sees no key gets zeros


class HeadsAttention(Attention):
    """Heads that attend in parallel, and the merge of their outputs (Vaswani et al. 2017, section 3.2.2)."""

    def __init__(self, width, memory, heads, groups, key, value, output, merge=linear_merge, biased=True, dropout=0.0, **options):
        super().__init__(**options)
        self.heads, self.groups, self.merge, self.dropout = heads, groups, merge, dropout
        self.query = weight(width, heads * key)
        self.key = weight(memory, groups * key)
        self.value = weight(memory, groups * value)
        self.output = weight(heads * value, output) if output else None
        self.query_bias = weight(heads * key) if biased else None
        self.key_bias = weight(groups * key) if biased else None
        self.value_bias = weight(groups * value) if biased else None
        self.output_bias = weight(output) if output and biased else None

    def forward(self, x, memory, padding=None):
        """Queries from x (B, T, d), keys and values from memory (B, S, m) with its padding (B, S) → (B, T, d)"""
        queries = split_heads(dense(x, self.query, self.query_bias), self.heads)  # (B, h, T, k)
        keys = split_heads(dense(memory, self.key, self.key_bias), self.groups)  # (B, g, S, k)
        values = split_heads(dense(memory, self.value, self.value_bias), self.groups)  # (B, g, S, v)
        heads = self.attend(queries, keys, values, padding)  # (B, h, T, v)
        y = self.merge(heads, lambda joined: dense(joined, self.output, self.output_bias))
        return F.dropout(y, self.dropout, self.training)
