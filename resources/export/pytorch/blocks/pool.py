# Pools: one vector per sequence, (B, T, d) → (B, d). The mask (B, T) is 1 for real tokens.


def mean_pool(x, mask=None):
    if mask is None:
        return x.mean(1)
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


def max_pool(x, mask=None):
    if mask is None:
        return x.amax(1)
    return torch.where(mask[..., None] != 0, x, -1e30).amax(1) * mask.amax(1, keepdim=True)


def first_pool(x, mask=None):
    return x[:, 0]


def last_pool(x, mask=None):
    if mask is None:
        return x[:, -1]
    places = mask * torch.arange(1, x.shape[1] + 1, device=x.device)
    is_last = mask * (places == places.amax(1, keepdim=True))
    return (x * is_last[..., None]).sum(1)
