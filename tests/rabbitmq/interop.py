# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""What a program without Fairway does on the same broker: interop.py PORT VHOST ask|ask-direct|serve|publish|subscribe

Uses pika as its tutorials do, and prints what it gets, a line each.
"""
import sys

import pika

port, virtual_host, what = int(sys.argv[1]), sys.argv[2], sys.argv[3]
connection = pika.BlockingConnection(pika.ConnectionParameters(
    "127.0.0.1", port, virtual_host, pika.PlainCredentials("guest", "guest")))
channel = connection.channel()


def wait_for(queue, auto_ack=True):
    for method, properties, body in channel.consume(queue, auto_ack=auto_ack, inactivity_timeout=20):
        if method is None:
            sys.exit("nothing came")
        return method, properties, body


def ask(direct):
    queue = "amq.rabbitmq.reply-to" if direct else channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(queue, on_message_callback=answered, auto_ack=True)
    channel.basic_publish("", "fw.interop.orders", b'{"sku":"tea"}', pika.BasicProperties(
        reply_to=queue, correlation_id="call \x01 7", content_type="application/json", headers={"tenant": "acme", "n": 3}))
    connection.call_later(20, lambda: sys.exit("nobody answers"))
    channel.start_consuming()


def answered(_channel, _method, properties, body):
    print(properties.correlation_id == "call \x01 7", properties.type, body.decode(), flush=True)
    channel.stop_consuming()


if what in ("ask", "ask-direct"):
    ask(what == "ask-direct")
elif what == "serve":
    channel.queue_declare("fw.interop.quotes", passive=True)
    method, properties, body = wait_for("fw.interop.quotes", auto_ack=False)
    channel.basic_publish("", properties.reply_to, b'{"price":42}', pika.BasicProperties(
        correlation_id=properties.correlation_id))
    channel.basic_ack(method.delivery_tag)
    print(properties.type, properties.content_type, properties.message_id == properties.correlation_id,
          properties.headers.get("tenant"), body.decode(), flush=True)
elif what == "publish":
    channel.confirm_delivery()
    channel.basic_publish("fw.interop.events", "all", b'{"id":"from pika"}')
    deep = {}
    for _ in range(30):
        deep = {"deep": deep}
    channel.basic_publish("fw.interop.events", "all", b'{"id":"with odd headers"}', pika.BasicProperties(
        headers={"deep": deep, "long": "x" * 130_000}))
elif what == "subscribe":
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "fw.interop.events", "#")
    print("ready", flush=True)
    _, properties, body = wait_for(queue)
    print(properties.type, properties.content_type, properties.app_id, properties.delivery_mode,
          len(properties.message_id), properties.timestamp > 0, body.decode(), flush=True)
connection.close()
