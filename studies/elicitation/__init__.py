"""A type of study: utilities of options elicited from choices between two, with active sampling of pairs, both orders, and measures of coherence."""
