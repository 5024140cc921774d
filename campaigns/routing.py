"""Websocket routes. Must hold nothing else."""

from django.urls import path

from campaigns.consumers import PageConsumer, RunConsumer

websocket_urlpatterns = [
    path("ws/", PageConsumer.as_asgi()),
    path("ws/runs/<str:run_id>/", RunConsumer.as_asgi()),
]
