"""The programs of a deployment with several processes, each composed of its parts."""
