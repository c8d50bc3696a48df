"""Property tests are held to no time: a busy machine is no defect of what is tested."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
