"""Policy-space response oracles: a population that grows by best responses to what a meta-solver makes of it.

With exact best responses in a game's tree (:mod:`.trees`), and over players of any kind whose matches the runner plays (:mod:`.players`). With the meta-solver
``"nash"`` it is the double oracle of McMahan, Gordon and Blum (2003). Source: Lanctot et al. 2017, arXiv 1711.00832.
"""
