def angles(length, pairs, base, stretch):
    """Of rotary positions (Su et al. 2021): position · base^(−2i/k) for the pair i of each of k features, (T, k)."""
    pairs, width = torch.tensor(pairs, dtype=torch.float64, device="cpu"), len(pairs)
    return torch.arange(length, device="cpu")[:, None] / stretch * base ** (-2 * pairs / width)


def rope(x, base=10000.0, stretch=1.0):
    """Features 2i and 2i+1 of (B, h, T, k) are rotated together."""
    length, width = x.shape[-2:]
    angle = angles(length, [feature // 2 for feature in range(width)], base, stretch)
    turned = torch.stack((-x[..., 1::2], x[..., 0::2]), -1).flatten(-2)
    return x * angle.cos().to(x) + turned * angle.sin().to(x)


def rope_halves(x, base=10000.0, stretch=1.0):
    """Features i and i + k/2 of (B, h, T, k) are rotated together, as in Llama."""
    length, width = x.shape[-2:]
    angle = angles(length, [feature % (width // 2) for feature in range(width)], base, stretch)
    turned = torch.cat((-x[..., width // 2 :], x[..., : width // 2]), -1)
    return x * angle.cos().to(x) + turned * angle.sin().to(x)


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
