"""Room of the Markov chain that the probabilistic model checker Storm reads.

Must not take from `simulate` but the behaviour: it is a second opinion.
"""
