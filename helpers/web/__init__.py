"""The web edition: `python -m helpers.web FOLDER` writes the course as pages without a kernel."""
