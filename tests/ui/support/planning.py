# SPDX-License-Identifier: Apache-2.0
"""A panel of plans with everything behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtWidgets import QApplication

from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_panel import PlanPanel
from groundstation.ui.plans.plan_port import PlanAccess
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.plans.survey_desk import SurveyDesk
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands


@contextmanager
def planning(commands: Commands, access: PlanAccess | None = None) -> Iterator[PlanPanel]:
    """A panel, shown; `document`, `study` and `surveys` are what it is made of."""
    feed = commands.station.feed
    document = PlanDocument(access)
    study = PlanStudy(document, feed, commands.selection)
    surveys = SurveyDesk(document, study, feed, commands.selection, document)
    made = PlanPanel(document, study, feed, commands.selection, commands.desk, surveys)
    made.document, made.study, made.surveys = document, study, surveys
    made.resize(420, 900)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    # while Qt may end it on this thread: Python's collector runs on any
    study.deleteLater()
    document.deleteLater()


def reckoned(panel: PlanPanel) -> None:
    """Wait until surveys are laid, plans are flown in thought, and the panel shows it."""

    def is_through() -> bool:
        QApplication.processEvents()
        panel.study.look()
        return not (panel.surveys.is_busy or panel.study.is_behind or panel.study.is_looking or panel.study.is_parting)

    wait_until(is_through, what="plans that are reckoned")
    panel.refresh()
    QApplication.processEvents()
