"""What is said: the vocabulary, the catalogue, the report document, the policy and its evaluation. Pure."""
