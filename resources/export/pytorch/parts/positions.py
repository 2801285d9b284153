def rope(x):
    """Rotary positions (Su et al. 2021): features 2i and 2i+1 of (B, h, T, k) are rotated by position · 10000^(−2i/k)."""
    length, width = x.shape[-2:]
    pairs = torch.arange(width, dtype=torch.float64, device="cpu") // 2
    angles = torch.arange(length, device="cpu")[:, None] * 10000.0 ** (-2 * pairs / width)  # (T, k)
    turned = torch.stack((-x[..., 1::2], x[..., 0::2]), -1).flatten(-2)
    return x * angles.cos().to(x) + turned * angles.sin().to(x)


def alibi(scores):
    """
    Attention with linear biases (Press et al. 2022): −slope · |query − key|, (h, T, S). The slopes of h heads are 2^(−8/h), 2^(−16/h) …; if h
    is no power of two, those of the next smaller one, then every other one of twice that number.
    """
    heads, queries, keys = scores.shape[1:]
    power = 2 ** (heads.bit_length() - 1)
    slopes = [2 ** (-8 * (head + 1) / power) for head in range(power)]
    slopes += [2 ** (-8 * (2 * head + 1) / (2 * power)) for head in range(heads - power)]
    places = [torch.arange(length, device=scores.device) for length in (queries, keys)]
    away = (places[0][:, None] - places[1][None, :]).abs()
    return -torch.tensor(slopes, device=scores.device)[:, None, None] * away
