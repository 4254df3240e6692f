"""The analysis on Spark."""
