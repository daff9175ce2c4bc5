# Aliases for dev.py, which does the work and says what it can do: python3 dev.py help
.PHONY: run test check bench drill lock pictures riskreg
run test check bench drill lock pictures riskreg:
	@python3 dev.py $@ $(ARGS)
