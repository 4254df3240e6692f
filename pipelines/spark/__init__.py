"""The analysis on many machines: the same stages over parts of a survey, on Apache Spark.

Start with `run.analyse`. `inputs` divides files into chunks; `parts` reads, cleans and annotates one; `sampling` and
`fit` make the topics of a sample, in the driver; `tabulate` says of each part which response names what, and counts;
`reports` computes the reports. `session` opens Spark and runs a function over a list: only small summaries go through
Spark, everything else goes through files (`folders`, `records`), each written at once and named after its content. So
what is there is done, and a run that ended early is continued by running it again. Only `session` imports pyspark, an
extra.
"""
