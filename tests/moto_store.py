"""An S3 server on loopback that checks signatures, with the files of a folder in a bucket, until standard input ends.

Usage: moto_store.py FOLDER BUCKET PREFIX; prints the server's URL, an access key and its secret once all is there.
The files get the times of their objects, which are whole seconds.
"""

import json
import logging
import os
import sys
import urllib.request

import boto3
from moto.server import ThreadedMotoServer


def main(folder, bucket, prefix):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    first = {"aws_access_key_id": "first", "aws_secret_access_key": "first", "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=url, **first)
    s3.create_bucket(Bucket=bucket)
    for above, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(above, name)
            key = prefix + os.path.relpath(path, folder)
            with open(path, "rb") as file:
                s3.put_object(Bucket=bucket, Key=key, Body=file.read())
            written = s3.head_object(Bucket=bucket, Key=key)["LastModified"].timestamp()
            os.utime(path, (written, written))
    iam = boto3.client("iam", endpoint_url=url, **first)
    iam.create_user(UserName="reader")
    allowed = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    # From here on every request must be signed by a key that it knows.
    urllib.request.urlopen(url + "/moto-api/reset-auth", data=b"0").read()
    print(url, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
    sys.stdin.read()
    server.stop()


main(*sys.argv[1:])
