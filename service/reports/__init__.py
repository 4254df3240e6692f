"""Reports: `writing` computes and keeps them at the end of an analysis, `reading` gives the latest of each wave."""
