"""What a topic is called and what it is about.

- `labels.label_topic`: the label, a clause that a customer wrote; `labels.labels_by_language`: one per language.
- `keywords`: the words of a text in any script, without the function words in `words/stopwords-*.txt`.
- `headings.to_heading`: a clause, cut and tidied to stand alone.
- `llm_endpoint.write_labels`: labels written by a language model behind a URL; off by default.
"""
