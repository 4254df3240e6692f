"""What a topic is called and what it is about.

- `labels.label_topics`: the labels of all topics, in each language: keyphrases, or a short clause of a customer.
- `keyphrases`: the phrases that tell a topic from the others, by the word classes in `words/phrases.toml`.
- `short_clauses`: the clauses of a topic as labels, the most typical first; `headings.to_heading` tidies one.
- `keywords`: the words of a text in any script, without the function words in `words/stopwords-*.txt`.
- `distinct_labels`: whether two labels are alike, and labels unlike the names of known causes.
"""
