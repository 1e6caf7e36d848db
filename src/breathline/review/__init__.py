"""The local review page: both scans, linked, with the maps on them, and a place to put right what is wrong."""

from breathline.review.server import ReviewServer, open_review

__all__ = ["ReviewServer", "open_review"]
