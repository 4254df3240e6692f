"""Tests of `pipelines.benchmark`."""
