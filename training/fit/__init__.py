"""Fine-tuning: labelled feedback and a base checkpoint in, a checkpoint of encoder and heads out.

`finetune` is the command and its training loop. It uses `recipe` (the values of `finetune.toml`), `examples` (rows →
token ids and clauses), `plan` (which examples, which batches, which learning rate), `step` (loss of a batch, one
update), `checkpoint` (save and resume), `heads` (the heads in torch, and their loss) and `base_vectors` (vectors that
fine-tuning must preserve). `early_stopping` looks at texts that are kept out, and `adapters` are what a retraining of
few labels trains instead of the encoder. `linear` trains the heads alone: the baseline. `refit` fits the votes
of a bundle's heads again, with its encoder as it is.
"""
