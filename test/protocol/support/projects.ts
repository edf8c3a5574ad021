/** Small projects as users have them. */
export const pythonApp = {
  Dockerfile: `FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["python","app.py"]
`,
  "app.py": "print('hello from python app')\n",
  "requirements.txt": "flask==3.0.3\n",
} as const;
