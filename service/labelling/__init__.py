"""Labels that people give to comments: corrections by file, how far people agree, and what to label next.

- `importing`: labels of a file become corrections; what cannot be kept is returned with its reason.
- `exporting`: what each person said of each comment, side by side, for a file.
- `agreement`: how far people agree.
- `suspects`: labels that are probably wrong, and what people decide about each.
- `selection`: the comments whose labels would teach or tell most.
- `training_data`: what a workspace teaches models: what people corrected, and what its ranking is made of.
- `label_studio`: what Label Studio asks a machine-learning backend, and what it tells it.

Every function here raises `NoFollowUp` in an anonymous workspace, which hands out no single comments.
"""
