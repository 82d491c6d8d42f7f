"""MiniStack, started in process, with what this project needs of AWS and it lacks.

    python -m launcher          see __main__ for the environment variables
"""
