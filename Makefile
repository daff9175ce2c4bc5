# Aliases for dev.py, which does the work and says what it can do: python3 dev.py help
.PHONY: run test check bench drill lock
run test check bench drill lock:
	@python3 dev.py $@ $(ARGS)
