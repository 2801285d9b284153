# Merges: how the outputs of the heads become one vector. Heads (B, h, T, v) → (B, T, d); `dense` is the output layer.


def linear_merge(heads, dense):
    return dense(join_heads(heads))


def linear_relu_merge(heads, dense):
    return F.relu(dense(join_heads(heads)))


def linear_relu_softmax_merge(heads, dense):
    return F.relu(dense(join_heads(heads))).softmax(-1)


def mean_merge(heads, dense):
    return heads.mean(1)


def sum_merge(heads, dense):
    return heads.sum(1)
