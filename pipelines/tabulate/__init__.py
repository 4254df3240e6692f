"""Turns responses, annotations and topics into columns (`SurveyData`), so that a million responses take seconds.

`tabulation.tabulate` is the entry; `survey_data` has the result, `response_columns` reads the responses,
`cause_mentions` finds which clause names which theme or topic, and `segments` tells segments from identifiers.
"""
