"""run_checks.py < JOBS.json: runs scripts one after the other in one process, so that large packages are loaded once. JOBS is a list of
{ script, args }; for each, one line of JSON: { ok, text: what it printed }."""
import contextlib, io, json, os, runpy, sys, traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
for job in json.load(sys.stdin):
    text, ok = io.StringIO(), True
    with contextlib.redirect_stdout(text):
        sys.argv = [job["script"], *job["args"]]
        try: runpy.run_path(job["script"], run_name="__main__")
        except SystemExit as end:
            ok = end.code in (None, 0, False)
            if isinstance(end.code, str): print(end.code)
        except BaseException:
            ok = False
            print(traceback.format_exc())
    print(json.dumps({"ok": ok, "text": text.getvalue()}), flush=True)
