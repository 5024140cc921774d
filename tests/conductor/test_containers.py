"""docker-compose.yml and Dockerfile: checked by Compose where it is installed, by their shape everywhere."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = {"SECRET_KEY": "k" * 40, "POSTGRES_PASSWORD": "pw1", "REDIS_PASSWORD": "pw2"}
SERVICE_KEYS = {
    "build", "command", "depends_on", "environment", "healthcheck", "image", "init", "ports", "restart", "security_opt",
    "stop_grace_period", "volumes",
}  # fmt: skip


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not has_compose(), reason="docker compose is not installed; the shape is checked below")
def test_compose_accepts_the_file() -> None:
    environment = {**os.environ, **VARIABLES}
    subprocess.run(["docker", "compose", "config", "--quiet"], cwd=ROOT, env=environment, check=True)


def test_the_five_services_and_the_set_up_are_there() -> None:
    assert set(compose()["services"]) == {"postgres", "redis", "web", "worker", "witness", "setup"}


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "witness", "setup"])
def test_a_service_has_only_known_keys_and_starts_after_what_it_needs(name: str) -> None:
    file = compose()
    service = file["services"][name]
    assert set(service) <= SERVICE_KEYS
    assert "image" in service
    for needed in service.get("depends_on", {}):
        assert needed in file["services"]
    for volume in service.get("volumes", ()):
        assert volume.split(":")[0] in file["volumes"]


def test_our_services_wait_for_the_set_up() -> None:
    for name in ("web", "worker", "witness"):
        assert compose()["services"][name]["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}


def test_no_password_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in VARIABLES:
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


def test_redis_keeps_what_is_queued() -> None:
    command = compose()["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_a_worker_has_longer_to_stop_than_it_takes_to_drain() -> None:
    assert int(compose()["services"]["worker"]["stop_grace_period"].removesuffix("s")) > 35


def test_the_image_installs_from_the_hashed_lock_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes --no-deps -r requirements.txt" in text
    assert re.search(r"^USER conductor$", text, re.MULTILINE)
    copied = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert {"agents", "campaigns", "conductor", "static", "templates", "requirements.txt"} <= copied


def test_every_setting_of_the_example_is_one_we_read() -> None:
    names = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    sources = [ROOT / "conductor" / name for name in ("settings.py", "embedded/paths.py", "lib/clock.py")]
    known = "\n".join(source.read_text() for source in sources)
    assert names
    assert not [name for name in names if name not in known and name.removeprefix("CONDUCTOR_") not in known]


def test_every_variable_of_the_settings_is_in_the_example() -> None:
    read = re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', (ROOT / "conductor" / "settings.py").read_text())
    example = (ROOT / ".env.example").read_text()
    assert not [name for name in read if f"{name}=" not in example]
