# SPDX-License-Identifier: Apache-2.0
"""The style sheet: roles, sizes and pictures are filled in (`inks.filled`). GUI thread."""

from __future__ import annotations

from groundstation.ui.theme.inks import filled, wearing
from groundstation.ui.theme.sheet_pictures import sheet_pictures

_SHEET = """
* { outline: none; }
QWidget { color: $text; font-size: ${text_px}px; selection-background-color: $accent; selection-color: $background; }
QMainWindow, QDialog, QMessageBox { background: $background; }
QToolTip { background: $raised; color: $text; border: 1px solid $line_strong; padding: 4px 8px; }

QMenuBar { background: transparent; spacing: 0; }
QMenuBar::item { padding: 6px 10px; border-radius: 4px; color: $muted; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; color: $text; }
QMenu { background: $raised; border: 1px solid $line_strong; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_surface; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::item:disabled:selected { background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 16px; height: 16px; margin-left: 8px; }
QMenu::indicator:checked { image: url($MENU_TICK); }

QLineEdit, QComboBox { background: $raised; border: 1px solid $line; border-radius: 4px;
    padding: 0 8px; min-height: 26px; }
QLineEdit { placeholder-text-color: $muted; }
QLineEdit:hover, QComboBox:hover { border-color: $line_strong; }
QLineEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit[wrong="true"] { border-color: $warning; }
QLineEdit QToolButton { border: none; background: transparent; padding: 0; min-width: 20px; }
QComboBox { padding-right: 20px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url($DOWN); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line_strong; padding: 4px;
    selection-background-color: $accent_surface; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 8px; border-radius: 4px; }

QPushButton, QToolButton { background: $raised; border: 1px solid $line; border-radius: 4px;
    padding: 4px 10px; min-height: 18px; font-weight: 500; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $line_strong; }
QPushButton:pressed, QToolButton:pressed { background: $accent_surface; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton:checked, QToolButton:checked { background: $accent_surface; border-color: $accent; }
QPushButton:default { background: $accent_surface; border-color: $accent; }
QToolButton { padding: 4px; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; }
QToolButton[flat="true"]:hover { background: $hover; }
QToolButton[flat="true"]:checked { background: $accent_surface; border-color: transparent; }
QToolButton[flat="true"]:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }
QPushButton:checked:focus, QToolButton:checked:focus { background: $accent_hover; border-color: $text; }
QPushButton[role="emergency"] { font-weight: 700; padding: 3px 10px; border-color: $line_strong; }
QPushButton[role="emergency"]:hover { border-color: $text; }
QPushButton[role="emergency"]:pressed { background: $accent; color: $background; }
QPushButton[role="emergency"]:focus { border-color: $accent; }
QPushButton[dim="true"] { color: $muted; background: transparent; border-color: $line; }
QPushButton[dim="true"]:hover { background: $raised; }
QPushButton[dim="true"]:focus { border-color: $accent; }
QPushButton[role="segment"] { padding: 3px 8px; color: $muted; font-weight: 500; }
QPushButton[role="segment"]:checked { color: $text; }
QPushButton[role="segment"]:focus { color: $accent; }
QPushButton[segment="left"] { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QPushButton[segment="right"] { border-top-left-radius: 0; border-bottom-left-radius: 0; }
QPushButton[segment="right"]:!checked { border-left: none; }
QPushButton[segment="left"]:!checked { border-right: none; }
QPushButton[role="kill"] { background: transparent; border-color: transparent; color: $muted; padding: 3px 4px; }
QPushButton[role="kill"]:hover { color: $text; background: $hover; }
QPushButton[role="kill"]:focus { border-color: $accent; }
QPushButton[role="verb"] { padding: 0 4px; min-height: 26px; }
QPushButton[role="verb"]::menu-indicator { image: url($DOWN); width: 12px; height: 12px;
    subcontrol-origin: padding; subcontrol-position: right center; right: 6px; }
QPushButton[role="go"] { background: $accent_surface; border-color: $accent; font-weight: 600; padding: 4px 12px;
    min-height: 26px; }
QPushButton[role="go"]:hover { background: $accent_hover; }
QPushButton[role="go"]:focus { border: 2px solid $accent; }
QPushButton[role="go"]:pressed { background: $accent; color: $background; }
QPushButton[role="go"]:disabled { background: $raised; border-color: $line; color: $muted; }
QPushButton[role="remedy"] { padding: 2px 8px; min-height: 20px; font-size: ${small_px}px; border-color: $line_strong; }
QPushButton[role="remedy"]:hover { border-color: $text; }
QPushButton[role="remedy"]:focus { border-color: $accent; }
QToolButton[role="chip"] { padding: 2px 8px; min-height: 22px; border: 1px solid $line; border-radius: 4px;
  color: $muted; }
QToolButton[role="chip"]:hover { border-color: $text; }
QToolButton[role="chip"]:checked { color: $text; background: $accent_surface; border-color: $accent; font-weight: 600; }
QToolButton[role="count"] { padding: 1px 6px; min-height: 20px; border: 1px solid $line; border-radius: 4px;
  color: $text; font-size: ${small_px}px; font-weight: 600; }
QToolButton[role="count"]:hover { border-color: $text; }
QToolButton[role="count"]:checked { background: $accent_surface; border-color: $accent; }
QToolButton[role="count"]:focus { border-color: $accent; }
QToolButton[role="compact"] { padding: 1px 8px; min-height: 18px; font-size: ${small_px}px; }
QAbstractSpinBox { background: $raised; border: 1px solid $line; border-radius: 4px; padding: 0 4px 0 8px;
    min-height: 26px; }
QAbstractSpinBox:hover { border-color: $line_strong; }
QAbstractSpinBox:focus { border-color: $accent; }
QAbstractSpinBox:disabled { color: $faint; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 18px;
    subcontrol-origin: padding; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; border-radius: 3px; }
QAbstractSpinBox::up-arrow { image: url($UP); width: 10px; height: 10px; }
QAbstractSpinBox::down-arrow { image: url($DOWN); width: 10px; height: 10px; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $line_strong;
    border-radius: 3px; background: $raised; }
QCheckBox::indicator:hover, QCheckBox:focus::indicator { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($TICK); }

QAbstractItemView { background: $surface; border: none; alternate-background-color: $surface; }
QAbstractItemView:focus { border: none; }
QTreeView, QTableView, QListView { show-decoration-selected: 1; }
QTreeView::item, QTableView::item { min-height: 24px; border: none; padding: 0 4px; }
QTreeView::item:hover, QTableView::item:hover { background: $raised; }
QTreeView::item:selected, QTableView::item:selected { background: $accent_surface; color: $text; }
QTreeView::branch { background: transparent; }
QTreeView::branch:selected { background: $accent_surface; }
QTreeView::branch:hover { background: $raised; }
QTreeView::branch:selected:hover { background: $accent_surface; }
QTreeView::branch:closed:has-children { image: url($RIGHT); }
QTreeView::branch:open:has-children { image: url($DOWN); }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 0 6px; min-height: 26px; font-size: ${tiny_px}px; font-weight: 500; }
QHeaderView::section:hover { color: $text; }
QHeaderView::down-arrow, QHeaderView::up-arrow { width: 10px; height: 10px; subcontrol-origin: padding;
    subcontrol-position: right center; right: 4px; }
QHeaderView::down-arrow { image: url($DOWN); }
QHeaderView::up-arrow { image: url($UP); }
QTableCornerButton::section { background: $surface; border: none; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QScrollArea { background: transparent; border: none; }

QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $accent; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 0 12px; min-height: 32px;
    border: none; border-bottom: 2px solid transparent; font-weight: 500; }
QTabBar[role="close"]::tab { padding: 0 5px; }
QTabBar[role="close"]::tab:first { margin-left: 7px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }

QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small_px}px; }
QLabel[role="headline"] { font-size: ${headline_px}px; font-weight: 700; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
#start { background: $background; }
QLabel[role="title"] { font-size: ${title_px}px; font-weight: 600; }
QLabel[role="error"] { color: $warning; font-size: ${small_px}px; }
QLabel[role="caution"] { color: $caution; font-size: ${small_px}px; }
QLabel[role="key"] { background: $raised; border: 1px solid $line_strong; border-radius: 4px; padding: 2px 8px;
    font-size: ${small_px}px; font-weight: 600; }

QLabel[role="strong"] { font-weight: 600; }
#sheet { background: $surface; border: 1px solid $line_strong; border-radius: 8px; }
#selectionBar { background: $surface; border-top: 1px solid $line; }
#suggestions { background: $raised; border: 1px solid $line_strong; padding: 4px; }
#suggestions::item { min-height: 24px; padding: 0 8px; border-radius: 4px; }
#suggestions::item:selected { background: $accent_surface; color: $text; }
#panel { background: $surface; }
#topBar { background: $surface; border-bottom: 1px solid $line; }
#rule { background: $line; }
"""

DOCK_SHEET = """
ads--CDockContainerWidget { background: $background; }
ads--CDockContainerWidget > QSplitter { padding: 0; }
ads--CDockSplitter::handle { background: $background; }
ads--CDockSplitter::handle:hover { background: $accent; }
ads--CDockAreaWidget { background: $surface; border: none; }
ads--CDockAreaTitleBar { background: $surface; border-bottom: 1px solid $line; padding: 0 4px 0 0; min-height: 32px; }
ads--CDockAreaTabBar, #tabsContainerWidget { background: $surface; border: none; }
ads--CDockWidgetTab { background: transparent; border: none; border-bottom: 2px solid transparent;
    padding: 0 6px 0 8px; min-height: 32px; qproperty-iconSize: 14px; }
ads--CDockWidgetTab QLabel { color: $muted; font-weight: 500; font-size: ${text_px}px; }
ads--CDockWidgetTab:hover QLabel { color: $text; }
ads--CDockWidgetTab[activeTab="true"] QLabel { color: $text; font-weight: 600; }
ads--CDockWidgetTab[activeTab="true"] { background: transparent; border-bottom: 2px solid $accent; }
ads--CDockWidgetTab:focus { background: $hover; }
#tabCloseButton { background: transparent; border: none; padding: 0; margin: 0 0 0 4px; min-height: 0;
    width: 16px; height: 16px; qproperty-iconSize: 12px; }
#tabCloseButton:hover { background: $hover; border-radius: 4px; }
ads--CTitleBarButton { background: transparent; border: none; padding: 4px; min-height: 0; qproperty-iconSize: 14px; }
ads--CTitleBarButton:hover { background: $hover; border-radius: 4px; }
ads--CDockWidget { background: $surface; border: none; }
ads--CFloatingDockContainer { background: $background; border: 1px solid $line_strong; }
QScrollArea#dockWidgetScrollArea { padding: 0; border: none; background: $surface; }
"""


def style_sheet() -> str:
    """The style sheet of the application, in the colours of the theme that is worn."""
    return filled(_SHEET, **sheet_pictures(wearing().theme))
