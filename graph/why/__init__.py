"""Why a record is here, in sentences."""
