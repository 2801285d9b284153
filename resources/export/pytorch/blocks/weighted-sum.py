def weigh(weights, values, pairs=None):
    """Σ_j α_j·v_j: weights (B, T, S), values (B, S, d), pairs (B, T, S) with 1 where query and key are real → (B, T, d)"""
    return (weights if pairs is None else weights * pairs.amax(1, keepdim=True)) @ values
