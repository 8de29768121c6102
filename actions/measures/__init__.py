"""Indicators and their readings: finding, changing and drawing them; the models are `actions.indicator_models`."""
