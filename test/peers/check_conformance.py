"""check_conformance.py FOLDER MODULE:CLASS OUTPUT: conformance/run_torch.py on a class of a module in FOLDER. Exit 1 if a case differs."""
import os, subprocess, sys

folder, cls, output = sys.argv[1:]
runner = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conformance", "run_torch.py")
ended = subprocess.run([sys.executable, os.path.abspath(runner), cls, output], cwd=folder, capture_output=True, text=True)
print("\n".join(f"{'OK' if ended.returncode == 0 else 'WRONG'} {line}" for line in (ended.stdout + ended.stderr).splitlines()))
sys.exit(ended.returncode)
