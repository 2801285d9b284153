def load(path):
    """The model with the weights of a file, e.g. weights.safetensors."""
    model, weights = Model(), load_file(path)
    model.load_state_dict({name: weights[model.lab_name(name)] for name in model.state_dict()})
    return model
