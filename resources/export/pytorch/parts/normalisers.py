# Normalisers: from scores (B, h, T, S), hugely negative for hidden keys, to attention weights. `seen` is the number of visible keys of each query.


def softmax(scores, seen):
    return scores.softmax(-1)


def relu(scores, seen):
    """ReLU / n for n visible keys (Wortsman et al. 2023)."""
    return F.relu(scores) / seen.clamp(min=1)


def relu_renormalised(scores, seen):
    positive = F.relu(scores)
    return positive / positive.sum(-1, keepdim=True).clamp(min=1e-6)


def sigmoid(scores, seen):
    return scores.sigmoid()


def sparsemax(scores, seen):
    """Projection onto the probability simplex, with exact zeros (Martins & Astudillo 2016, algorithm 1)."""
    descending = scores.sort(-1, descending=True).values
    counts = torch.arange(1, scores.shape[-1] + 1, device=scores.device)
    sums = descending.cumsum(-1)
    inside = (descending * counts + 1 > sums) | (counts == 1)
    size = inside.cumprod(-1).sum(-1, keepdim=True)
    threshold = (sums.gather(-1, size - 1) - 1) / size
    return F.relu(scores - threshold)
