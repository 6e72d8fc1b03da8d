"""The scenes of a call, one file each.

enter(talk, scene) -> Turn              what is said when the call comes into the scene
answer(talk, scene, act) -> Turn | Go   what each key, and silence, does in it
SAYS                                    the prompts it can say
"""
