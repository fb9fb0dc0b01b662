"""What a person looks at afterwards: figures, the report, the model card."""
