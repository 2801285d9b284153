# Which keys a query may see, by position: (T, 1) and (1, S) → (T, S).


def everything(query, key):
    return (query >= 0) & (key >= 0)


def causal(query, key):
    return key <= query


def without_diagonal(query, key):
    return key != query


def window(query, key, size):
    return (query - key).abs() <= size


def causal_window(query, key, size):
    return (key <= query) & (query - key <= size)


# Added to the score of a pair that may not attend: e^(−10⁹) is exactly 0 in float32.
HIDDEN = -1e9


def masking(mask, scores, padding):
    """
    For scores (B, h, T, S) and padding (B, S), 1 for real keys: what is added to the scores, and 1 where a query sees a key, both
    broadcastable to (B, h, T, S).
    """
    places = [torch.arange(length, device=scores.device) for length in scores.shape[-2:]]
    visible = mask(places[0][:, None], places[1][None, :]).to(scores.dtype)  # (T, S)
    bias = (1 - visible) * HIDDEN
    if padding is None:
        return bias, visible
    real = padding[:, None, None, :]  # (B, 1, 1, S)
    return bias + (1 - real) * HIDDEN, visible * real
