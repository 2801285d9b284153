def with_adapters(block, rank, scale, names):
    """
    Low-rank adapters (LoRA, Hu et al. 2022): each matrix W of a block in `names` becomes W + scale·A·B. Of the block, only A and B are
    trained.
    """
    block.requires_grad_(False)
    for name in names:
        inputs, outputs = getattr(block, name).shape
        setattr(block, name + "_lora_a", weight(inputs, rank))
        setattr(block, name + "_lora_b", weight(rank, outputs))

    class Adapted(type(block)):
        def __getattr__(self, name):
            value = super().__getattr__(name)
            if name not in names:
                return value
            return value + scale * getattr(self, name + "_lora_a") @ getattr(self, name + "_lora_b")

    block.__class__ = Adapted
    return block
