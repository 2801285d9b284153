# Score functions: how well a key matches a query. Queries (B, h, T, k) and keys (B, h, S, k) → (B, h, T, S).


def dot(queries, keys, weight):
    """q·k (Vaswani et al. 2017)."""
    return queries @ keys.transpose(-1, -2)


def additive(queries, keys, weight):
    """v·tanh(q + k) with one v per head, the columns of the weight (k, h) (Bahdanau et al. 2015)."""
    sums = queries[:, :, :, None] + keys[:, :, None]  # (B, h, T, S, k)
    return (sums.tanh() * weight.T[:, None, None]).sum(-1)


def bilinear(queries, keys, weight):
    """qᵀ·W·k with one W per head, side by side in the weight (k, h·k) (Luong et al. 2015, “general”)."""
    per_head = weight.unflatten(1, (queries.shape[1], -1)).transpose(0, 1)  # (h, k, k)
    return queries @ per_head @ keys.transpose(-1, -2)


def unit(x):
    """Each vector scaled to norm 1; a zero vector stays zero."""
    return x * x.square().sum(-1, keepdim=True).clamp(min=1e-12).rsqrt()


def cosine(queries, keys, weight):
    """q·k / (‖q‖·‖k‖) (Graves et al. 2014)."""
    return unit(queries) @ unit(keys).transpose(-1, -2)


def distance(queries, keys, weight):
    """−‖q − k‖²."""
    lengths = queries.square().sum(-1)[..., None] + keys.square().sum(-1)[..., None, :]
    return 2 * queries @ keys.transpose(-1, -2) - lengths
