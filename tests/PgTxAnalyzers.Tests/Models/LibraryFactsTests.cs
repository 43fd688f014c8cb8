using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Tests.Models;

/// <summary>What the models say of the real libraries. A row is a member, the receiver's type (<c>on</c>) where that is another one, and the fact, for all overloads.</summary>
public class LibraryFactsTests
{
    public static TheoryData<string> Transactions => Rows("""
        System.Data.IDbConnection.BeginTransaction = Begin
        System.Data.Common.DbConnection.BeginTransaction = Begin
        System.Data.Common.DbConnection.BeginTransactionAsync = Begin
        System.Data.Common.DbConnection.BeginTransactionAsync on Npgsql.NpgsqlConnection = Begin
        System.Data.Common.DbConnection.EnlistTransaction = Enlist
        System.Data.Common.DbConnection.OpenAsync = Open
        System.Data.Common.DbConnection.OpenAsync on Npgsql.NpgsqlConnection = Open
        System.Data.IDbConnection.Open = Open
        System.Data.IDbConnection.Close = Close
        System.Data.IDbConnection.CreateCommand = NewCommand
        System.Data.Common.DbConnection.CloseAsync = Close
        System.Data.Common.DbConnection.CreateBatch = NewCommand
        System.IDisposable.Dispose on System.Data.IDbConnection = Close
        System.IDisposable.Dispose on System.Data.IDbTransaction = DisposeTransaction
        System.IAsyncDisposable.DisposeAsync on Npgsql.NpgsqlTransaction = DisposeTransaction
        System.IAsyncDisposable.DisposeAsync = None
        System.Data.IDbTransaction.Commit = Commit
        System.Data.IDbTransaction.Rollback = Rollback
        System.Data.Common.DbTransaction.CommitAsync = Commit
        System.Data.Common.DbTransaction.Save = Savepoint
        System.Data.Common.DbTransaction.ReleaseAsync = Savepoint
        System.Data.Common.DbTransaction.DisposeAsync = DisposeTransaction
        System.Data.IDbCommand.ExecuteNonQuery = Command
        System.Data.Common.DbCommand.ExecuteReaderAsync = Reader
        System.Data.Common.DbCommand.PrepareAsync = Command
        System.Data.Common.DbCommand.Cancel = None
        System.Data.Common.DbBatch.ExecuteNonQueryAsync = Command
        System.Data.Common.DbDataSource.OpenConnectionAsync = OpenNew
        System.Data.Common.DbDataSource.CreateConnection = NewConnection
        System.Data.Common.DbDataSource.CreateCommand = DataSourceCommand
        Npgsql.NpgsqlConnection.BeginTransaction = Begin
        Npgsql.NpgsqlConnection.BeginTransactionAsync = Begin
        Npgsql.NpgsqlConnection.EnlistTransaction = Enlist
        Npgsql.NpgsqlConnection.#ctor = NewConnection
        Npgsql.NpgsqlConnection.Open = Open
        Npgsql.NpgsqlConnection.CloseAsync = Close
        Npgsql.NpgsqlConnection.CreateCommand = NewCommand
        Npgsql.NpgsqlConnection.BeginBinaryImportAsync = Copy
        Npgsql.NpgsqlConnection.BeginTextImport = Copy
        Npgsql.NpgsqlConnection.BeginBinaryExport = Reader
        Npgsql.NpgsqlConnection.BeginRawBinaryCopy = Reader
        Npgsql.NpgsqlConnection.Wait = Wait
        Npgsql.NpgsqlConnection.WaitAsync = Wait
        Npgsql.NpgsqlTransaction.CommitAsync = Commit
        Npgsql.NpgsqlTransaction.SaveAsync = Savepoint
        Npgsql.NpgsqlTransaction.DisposeAsync = DisposeTransaction
        Npgsql.NpgsqlCommand.ExecuteScalarAsync = Command
        Npgsql.NpgsqlCommand.Prepare = Command
        Npgsql.NpgsqlBatch.ExecuteReader = Reader
        Npgsql.NpgsqlDataSource.OpenConnection = OpenNew
        Npgsql.NpgsqlDataSource.CreateConnection = NewConnection
        Npgsql.NpgsqlDataSource.CreateCommand = DataSourceCommand
        Npgsql.NpgsqlMultiHostDataSource.OpenConnectionAsync = OpenNew
        System.Transactions.TransactionScope.#ctor = Scope
        System.Transactions.TransactionScope.Complete = Complete
        System.Transactions.TransactionScope.Dispose = DisposeTransaction
        System.Transactions.CommittableTransaction.#ctor = None
        Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade.BeginTransactionAsync = Begin
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.BeginTransactionAsync = Begin
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.UseTransaction = Adopt
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnectionAsync = Open
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.CloseConnection = Close
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync = Command
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSql = Command
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.SqlQuery = None
        Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection = None
        System.Transactions.TransactionsDatabaseFacadeExtensions.EnlistTransaction = Enlist
        Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade.CommitTransactionAsync = Commit
        Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade.RollbackTransaction = Rollback
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransactionManager.BeginTransaction = Begin
        Microsoft.EntityFrameworkCore.Storage.IRelationalTransactionManager.UseTransactionAsync = Adopt
        Microsoft.EntityFrameworkCore.Storage.ITransactionEnlistmentManager.EnlistTransaction = Enlist
        Microsoft.EntityFrameworkCore.Storage.RelationalConnection.BeginTransaction = Begin
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction.CommitAsync = Commit
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction.Rollback = Rollback
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction.RollbackToSavepointAsync = Savepoint
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction.Dispose = DisposeTransaction
        System.IDisposable.Dispose on Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction = DisposeTransaction
        Microsoft.EntityFrameworkCore.Storage.IExecutionStrategy.ExecuteAsync = StrategyRunner
        Microsoft.EntityFrameworkCore.ExecutionStrategyExtensions.ExecuteAsync = StrategyRunner
        Microsoft.EntityFrameworkCore.ExecutionStrategyExtensions.ExecuteInTransactionAsync = TransactionRunner
        Microsoft.EntityFrameworkCore.Storage.RelationalExecutionStrategyExtensions.ExecuteInTransaction = TransactionRunner
        Microsoft.EntityFrameworkCore.DbContext.SaveChangesAsync = Save
        Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ExecuteUpdateAsync = Save
        Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ToListAsync = Query
        Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.Include = None
        Microsoft.EntityFrameworkCore.DbSet`1.FindAsync = Query
        Microsoft.EntityFrameworkCore.DbSet`1.AddAsync = None
        Microsoft.EntityFrameworkCore.ChangeTracking.EntityEntry.ReloadAsync = Query
        System.Linq.Queryable.First = Query
        System.Linq.Queryable.Where = None
        Dapper.SqlMapper.ExecuteAsync = Command
        Dapper.SqlMapper.QueryUnbufferedAsync = Stream
        Dapper.SqlMapper.Query = Stream
        Dapper.SqlMapper.ExecuteReader = Reader
        Dapper.SqlMapper.QueryMultiple = Command
        System.Data.IDbCommand.ExecuteReader = Reader
        System.Data.Common.DbDataReader.ReadAsync = Read
        Npgsql.NpgsqlDataReader.NextResult = Read
        Npgsql.NpgsqlBinaryImporter.CompleteAsync = Close
        Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.AsAsyncEnumerable = Rows
        System.Linq.Enumerable.OrderBy = LazyBuffer
        Dapper.SqlMapper.QuerySingleOrDefault = Command
        Dapper.SqlMapper.AddTypeHandler = None
        LinqToDB.Data.DataConnection.BeginTransactionAsync = Begin
        LinqToDB.Data.DataConnection.CommitTransaction = Commit
        LinqToDB.Data.DataConnectionTransaction.RollbackAsync = Rollback
        LinqToDB.Data.DataContextExtensions.BulkCopyAsync = Save
        LinqToDB.DataContext.BeginTransaction = Begin
        LinqToDB.DataContextTransaction.CommitTransactionAsync = Commit
        LinqToDB.Data.DataContextExtensions.Execute = Command
        LinqToDB.LinqExtensions.UpdateAsync = Save
        DotNetCore.CAP.ICapTransaction.CommitAsync = Commit
        """);

    public static TheoryData<string> Sinks => Rows("""
        System.Net.Http.HttpClient.GetAsync = Sink Http
        System.Net.Http.HttpClient.GetStringAsync = Sink Http
        System.Net.Http.HttpClient.Send = Sink Http
        System.Net.Http.HttpClient.CancelPendingRequests = None
        System.Net.Http.HttpMessageInvoker.SendAsync = Sink Http
        System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync = Sink Http
        System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsAsyncEnumerable = Sink Http
        System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync = None
        System.Net.Http.HttpContent.ReadAsStringAsync = None
        System.Net.Http.IHttpClientFactory.CreateClient = None
        System.Net.WebRequest.GetResponseAsync = Sink Http
        System.Net.HttpWebRequest.GetRequestStream = Sink Http
        System.Net.WebRequest.Create = None
        System.Net.WebClient.DownloadStringTaskAsync = Sink Http
        RestSharp.IRestClient.ExecuteAsync = Sink Http
        RestSharp.RestClient.DownloadStreamAsync = Sink Http
        RestSharp.RestClientExtensions.PostAsync = Sink Http
        RestSharp.RestClientExtensions.Get = Sink Http
        RestSharp.RestClientExtensions.AddDefaultHeader = None
        Flurl.Http.GeneratedExtensions.GetJsonAsync = Sink Http
        Flurl.Http.GeneratedExtensions.WithHeader = None
        Flurl.Http.IFlurlRequest.SendAsync = Sink Http
        Flurl.Http.DownloadExtensions.DownloadFileAsync = Sink Http
        Flurl.Http.MultipartExtensions.PostMultipartAsync = Sink Http
        Grpc.Core.CallInvoker.BlockingUnaryCall = Sink Grpc
        Grpc.Core.IAsyncStreamReader`1.MoveNext = Sink Grpc
        Grpc.Core.IClientStreamWriter`1.CompleteAsync = Sink Grpc
        Grpc.Core.AsyncStreamReaderExtensions.ReadAllAsync = Sink Grpc
        Grpc.Core.ClientBase`1.WithHost = None
        System.Net.Mail.SmtpClient.SendMailAsync = Sink Mail
        System.Net.Mail.SmtpClient.SendAsyncCancel = None
        MailKit.IMailTransport.SendAsync = Sink Mail
        MailKit.MailTransport.Send = Sink Mail
        MailKit.IMailService.ConnectAsync = Sink Mail
        MailKit.Net.Smtp.SmtpClient.SendAsync = Sink Mail
        MailKit.Net.Smtp.SmtpClient.DisconnectAsync = Sink Mail
        MailKit.Net.Imap.ImapClient.IdleAsync = Sink Mail
        MailKit.Net.Pop3.Pop3Client.GetMessageAsync = Sink Mail
        MailKit.IMailFolder.FetchAsync = Sink Mail
        MailKit.IMailFolderExtensions.AddFlagsAsync = Sink Mail
        MailKit.IMailStore.GetFoldersAsync = Sink Mail
        SendGrid.ISendGridClient.SendEmailAsync = Sink Mail
        SendGrid.BaseClient.RequestAsync = Sink Mail
        SendGrid.BaseClient.AddAuthorization = None
        Microsoft.AspNetCore.Identity.UI.Services.IEmailSender.SendEmailAsync = Sink Mail
        Microsoft.AspNetCore.Identity.IEmailSender`1.SendConfirmationLinkAsync = Sink Mail
        Amazon.SQS.IAmazonSQS.SendMessageAsync = Sink Broker
        Amazon.SQS.AmazonSQSClient.SendMessageAsync = Sink Broker
        Amazon.Runtime.AmazonServiceClient.InvokeAsync = Sink Cloud
        Stripe.RefundService.CreateAsync = Sink Payment
        Stripe.RefundService.Create = Sink Payment
        Stripe.RefundService.ListAutoPagingAsync = Sink Payment
        Stripe.IStripeClient.RequestAsync = Sink Payment
        RabbitMQ.Client.IChannel.BasicPublishAsync = Sink Broker
        RabbitMQ.Client.IChannelExtensions.BasicPublishAsync = Sink Broker
        RabbitMQ.Client.IConnection.CreateChannelAsync = Sink Broker
        RabbitMQ.Client.IConnectionFactory.CreateConnectionAsync = Sink Broker
        RabbitMQ.Client.ConnectionFactory.CreateConnectionAsync = Sink Broker
        Confluent.Kafka.IProducer`2.ProduceAsync = Sink Broker
        Confluent.Kafka.IProducer`2.Flush = Sink Broker
        Confluent.Kafka.IProducer`2.Produce = Enqueue Broker
        Confluent.Kafka.IProducer`2.BeginTransaction = None
        Confluent.Kafka.IConsumer`2.Consume = Sink Broker
        MQTTnet.IMqttClient.PublishAsync = Sink Broker
        MQTTnet.IMqttClient.ConnectAsync = Sink Broker
        MQTTnet.IMqttClient.IsConnected = None
        MQTTnet.MqttClientExtensions.PublishStringAsync = Sink Broker
        MQTTnet.MqttApplicationMessageBuilder.Build = None
        Confluent.Kafka.IAdminClient.CreateTopicsAsync = Sink Broker
        MassTransit.IPublishEndpoint.Publish = Sink Broker
        MassTransit.IPublishEndpoint.Publish on MassTransit.IBus = Sink Broker
        MassTransit.IPublishEndpoint.Publish on MassTransit.Mediator.IMediator = Neutral
        MassTransit.ISendEndpoint.Send = Sink Broker
        MassTransit.ISendEndpointProvider.GetSendEndpoint = Neutral
        MassTransit.IRequestClient`1.GetResponse = Sink Broker
        MassTransit.IMessageScheduler.SchedulePublish = Sink Broker
        MassTransit.EndpointConventionExtensions.Send on MassTransit.ISendEndpointProvider = Sink Broker
        MassTransit.PublishExecuteExtensions.Publish on MassTransit.IPublishEndpoint = Sink Broker
        MassTransit.BatchProduceExtensions.SendBatch on MassTransit.ISendEndpoint = Sink Broker
        MassTransit.SendExtensions.Send = None
        MassTransit.ConsumeContextEndpointExtensions.GetFaultEndpoint = None
        Rebus.Bus.IBus.Send = Sink Broker
        Rebus.Bus.IBus.Defer = Sink Broker
        Hangfire.BackgroundJobClientExtensions.Enqueue = Enqueue Scheduler
        Hangfire.IBackgroundJobClient.Create = Enqueue Scheduler
        Quartz.IScheduler.ScheduleJob = Enqueue Scheduler
        Quartz.IScheduler.TriggerJob = Enqueue Scheduler
        Quartz.SchedulerJobExtensions.TriggerJob on Quartz.IScheduler = Enqueue Scheduler
        DotNetCore.CAP.ICapPublisher.PublishAsync = Enqueue Broker
        StackExchange.Redis.IDatabaseAsync.StringSetAsync = Sink Cache
        StackExchange.Redis.IDatabaseAsync.KeyDeleteAsync on StackExchange.Redis.IDatabase = Sink Cache
        StackExchange.Redis.IDatabase.HashDelete = Sink Cache
        StackExchange.Redis.IDatabase.CreateBatch = None
        StackExchange.Redis.IDatabaseAsync.StringSetAsync on StackExchange.Redis.IBatch = None
        StackExchange.Redis.ITransaction.ExecuteAsync = Sink Cache
        StackExchange.Redis.ISubscriber.PublishAsync = Sink Cache
        StackExchange.Redis.IServer.Keys = Sink Cache
        StackExchange.Redis.IConnectionMultiplexer.GetDatabase = None
        StackExchange.Redis.IConnectionMultiplexer.GetSubscriber = None
        StackExchange.Redis.ConnectionMultiplexer.ConnectAsync = Sink Cache
        Microsoft.Extensions.Caching.Distributed.IDistributedCache.GetAsync = Sink Cache
        Microsoft.Extensions.Caching.Distributed.DistributedCacheExtensions.SetStringAsync = Sink Cache
        Microsoft.Extensions.Caching.Distributed.MemoryDistributedCache.SetAsync = None
        Microsoft.Extensions.Caching.Hybrid.HybridCache.GetOrCreateAsync = Sink Cache
        Microsoft.Extensions.Caching.Memory.IMemoryCache.TryGetValue = None
        MongoDB.Driver.IMongoCollection`1.InsertOneAsync = Sink Database
        MongoDB.Driver.IMongoCollection`1.ReplaceOne = Sink Database
        MongoDB.Driver.IMongoCollectionExtensions.Find = None
        MongoDB.Driver.IMongoCollectionExtensions.FindAsync = Sink Database
        MongoDB.Driver.IMongoClient.GetDatabase = None
        MongoDB.Driver.IMongoDatabase.GetCollection = None
        MongoDB.Driver.IMongoDatabase.RunCommandAsync = Sink Database
        MongoDB.Driver.IAsyncCursor`1.MoveNextAsync = Sink Database
        MongoDB.Driver.IAsyncCursorSourceExtensions.ToListAsync = Sink Database
        MongoDB.Driver.IAsyncCursorSourceExtensions.ToAsyncEnumerable = Sink Database
        MongoDB.Driver.IAsyncCursorSourceExtensions.ToEnumerable = None
        MongoDB.Driver.IMongoDatabaseExtensions.WatchAsync = Sink Database
        MongoDB.Driver.IFindFluentExtensions.FirstOrDefaultAsync = Sink Database
        Microsoft.Data.SqlClient.SqlConnection.Open = Sink Database
        System.Data.Common.DbConnection.OpenAsync on Microsoft.Data.SqlClient.SqlConnection = Sink Database
        Microsoft.Data.SqlClient.SqlConnection.BeginTransaction = Sink Database
        System.Data.Common.DbConnection.BeginTransactionAsync on Microsoft.Data.SqlClient.SqlConnection = Sink Database
        Microsoft.Data.SqlClient.SqlConnection.CreateCommand = Neutral
        Microsoft.Data.SqlClient.SqlConnection.Close = Neutral
        Microsoft.Data.SqlClient.SqlConnection.#ctor = None
        Microsoft.Data.SqlClient.SqlCommand.ExecuteNonQueryAsync = Sink Database
        Microsoft.Data.SqlClient.SqlCommand.#ctor = None
        Microsoft.Data.SqlClient.SqlTransaction.Commit = Sink Database
        Microsoft.Data.SqlClient.SqlTransaction.Dispose = Neutral
        Microsoft.Data.SqlClient.SqlBulkCopy.WriteToServerAsync = Sink Database
        Dapper.SqlMapper.ExecuteAsync on Microsoft.Data.SqlClient.SqlConnection = Sink Database
        Dapper.SqlMapper.Execute on Microsoft.Data.SqlClient.SqlConnection = Sink Database
        Dapper.SqlMapper.ExecuteAsync on Npgsql.NpgsqlConnection = Command
        Dapper.SqlMapper.ExecuteAsync on System.Data.IDbConnection = Command
        OpenAI.Chat.ChatClient.CompleteChatAsync = Sink Ai
        OpenAI.Chat.ChatClient.CompleteChat = Sink Ai
        OpenAI.Chat.ChatClient.CompleteChatStreamingAsync = Sink Ai
        OpenAI.Embeddings.EmbeddingClient.GenerateEmbeddingAsync = Sink Ai
        OpenAI.Images.ImageClient.GenerateImageAsync = Sink Ai
        OpenAI.Audio.AudioClient.TranscribeAudioAsync = Sink Ai
        OpenAI.OpenAIClient.GetChatClient = None
        Microsoft.AspNetCore.SignalR.IClientProxy.SendCoreAsync = Sink Realtime
        Microsoft.AspNetCore.SignalR.ClientProxyExtensions.SendAsync = Sink Realtime
        Microsoft.AspNetCore.SignalR.ISingleClientProxy.InvokeCoreAsync = Sink Realtime
        Microsoft.AspNetCore.SignalR.Hub`1.Clients = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubContext`2.Clients = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubContext`2.Groups = None
        Microsoft.AspNetCore.SignalR.IHubClients`1.All = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubClients`1.Client = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubClients`1.GroupExcept = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubCallerClients`1.Caller = Proxy Realtime
        Microsoft.AspNetCore.SignalR.IHubCallerClients`1.OthersInGroup = Proxy Realtime
        Microsoft.AspNetCore.SignalR.HubClientsExtensions.Users = Proxy Realtime
        System.Net.Sockets.Socket.Send = Sink Socket
        System.Net.Sockets.Socket.ConnectAsync = Sink Socket
        System.Net.Sockets.Socket.Bind = None
        System.ServiceModel.ClientBase`1.Channel = Sink Socket
        System.ServiceModel.ClientBase`1.InnerChannel = None
        System.ServiceModel.ClientBase`1.CloseAsync = None
        System.ServiceModel.ClientBase`1.Close = None
        System.Net.Sockets.TcpClient.ConnectAsync = Sink Socket
        System.Net.Sockets.TcpClient.GetStream = None
        System.Net.Sockets.TcpListener.AcceptTcpClientAsync = Sink Socket
        System.Net.Sockets.UdpClient.ReceiveAsync = Sink Socket
        System.Net.Sockets.NetworkStream.ReadAsync = Sink Socket
        System.Net.Sockets.SocketTaskExtensions.SendAsync = Sink Socket
        System.IO.Stream.WriteAsync on System.Net.Sockets.NetworkStream = Sink Socket
        System.IO.Stream.WriteAsync = None
        System.Net.Security.SslStream.AuthenticateAsClientAsync = Sink Socket
        System.Net.WebSockets.ClientWebSocket.ConnectAsync = Sink Socket
        System.Net.WebSockets.WebSocket.SendAsync = Sink Socket
        System.Net.Quic.QuicConnection.ConnectAsync = Sink Socket
        System.Net.Dns.GetHostEntryAsync = Sink Socket
        System.Net.Dns.GetHostName = None
        System.Net.NetworkInformation.Ping.SendPingAsync = Sink Socket
        System.IO.Pipes.NamedPipeClientStream.ConnectAsync = Sink Socket
        System.IO.Pipes.NamedPipeServerStream.WaitForConnectionAsync = Sink Socket
        System.IO.File.ReadAllTextAsync = None
        System.IO.FileStream.WriteAsync = None
        Microsoft.AspNetCore.Http.HttpRequest.ReadFormAsync = Sink Client
        Microsoft.AspNetCore.Http.HttpRequestJsonExtensions.ReadFromJsonAsync = Sink Client
        Microsoft.AspNetCore.Http.IFormFile.CopyToAsync = None
        Microsoft.AspNetCore.Http.IFormFile.OpenReadStream = None
        Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync = Sink Client
        Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync = Sink Client
        System.Diagnostics.Process.Start = Sink Process
        """);

    public static TheoryData<string> WaitsAndRunners => Rows("""
        System.Threading.Tasks.Task.Delay = Wait
        System.Threading.Tasks.Task.WaitAsync = Wait
        System.Threading.Tasks.Task.Run = Runner
        System.Threading.Tasks.Task.WhenAll = None
        System.Threading.Tasks.Task.Yield = None
        System.Threading.Tasks.Task.FromResult = None
        System.Threading.Thread.Sleep = Wait
        System.Threading.Thread.Join = Wait
        System.Threading.PeriodicTimer.WaitForNextTickAsync = Wait
        System.Threading.SemaphoreSlim.WaitAsync = Wait
        System.Threading.SemaphoreSlim.Release = None
        System.Threading.WaitHandle.WaitOne = Wait
        System.Threading.ManualResetEvent.WaitOne = Wait
        System.Threading.ManualResetEventSlim.Wait = Wait
        System.Threading.CountdownEvent.Wait = Wait
        System.Threading.Barrier.SignalAndWait = Wait
        System.Threading.SpinWait.SpinUntil = Wait
        System.Threading.Monitor.Wait = Wait
        System.Threading.Monitor.Enter = None
        System.Threading.Channels.ChannelReader`1.ReadAsync = Wait
        System.Threading.Channels.ChannelReader`1.ReadAllAsync = Wait
        System.Threading.Channels.ChannelReader`1.TryRead = None
        System.Threading.Tasks.TaskCompletionSource.Task = Wait
        System.Threading.Tasks.TaskCompletionSource`1.Task = Wait
        System.Console.ReadLine = Wait
        System.Console.ReadKey = Wait
        System.Console.WriteLine = None
        System.Diagnostics.Process.WaitForExitAsync = Wait
        System.Diagnostics.Process.WaitForInputIdle = Wait
        Medallion.Threading.IDistributedLock.AcquireAsync = Wait
        Medallion.Threading.Postgres.PostgresDistributedLock.TryAcquireAsync = Wait
        Medallion.Threading.Postgres.PostgresDistributedLock.AcquireWithTransactionAsync = Save
        MediatR.ISender.Send = Dispatch
        MediatR.ISender.Send on MediatR.IMediator = Dispatch
        MediatR.IPublisher.Publish = Dispatch
        MediatR.IRequestHandler`2.Handle = Handler
        MediatR.INotificationHandler`1.Handle = Handler
        MediatR.IPipelineBehavior`2.Handle = Behavior
        MediatR.RequestHandlerDelegate`1.Invoke = Pipeline
        Microsoft.AspNetCore.Http.RequestDelegate.Invoke = Pipeline
        Microsoft.AspNetCore.Http.EndpointFilterDelegate.Invoke = Pipeline
        Microsoft.AspNetCore.Mvc.Filters.ActionExecutionDelegate.Invoke = Pipeline
        MassTransit.IPipe`1.Send = Pipeline
        Rebus.Pipeline.IIncomingStep.Process = Behavior
        System.Threading.Tasks.TaskFactory.StartNew = Runner
        System.Threading.Tasks.Parallel.ForEachAsync = Runner
        System.Collections.Generic.List`1.ForEach = Runner
        System.Array.ForEach = Runner
        System.Linq.Enumerable.Select = Lazy
        System.Linq.Enumerable.ToDictionary = Runner
        System.Linq.Enumerable.ToList = None
        Polly.ResiliencePipeline.ExecuteAsync = RetryRunner
        Polly.ResiliencePipeline`1.Execute = RetryRunner
        Polly.IAsyncPolicy.ExecuteAsync = RetryRunner
        Polly.AsyncPolicy.ExecuteAndCaptureAsync = RetryRunner
        Polly.Policy.Execute = RetryRunner
        Microsoft.Extensions.Caching.Memory.CacheExtensions.GetOrCreateAsync = Runner
        """);

    [Theory]
    [MemberData(nameof(Transactions))]
    [MemberData(nameof(Sinks))]
    [MemberData(nameof(WaitsAndRunners))]
    public void All_overloads_have_the_fact(string row)
    {
        var libraries = LibrarySymbols.Everything;
        var (left, expected) = Split(row, " = ");
        var (member, on) = Split(left, " on ");

        // As in code: what is called on a value of the type, inherited or not.
        var receiver = libraries.TypesNamed(on ?? member[..member.LastIndexOf('.')]).First();
        var members = libraries.Members(member);
        Assert.NotEmpty(members);
        var facts = members.Select(symbol => libraries.Models.Find(symbol, receiver).ToString()).Distinct();
        Assert.Equal(expected, Assert.Single(facts));
    }

    [Theory]
    [InlineData("System.Data.Common.DbTransaction.Rollback")]
    [InlineData("System.Data.Common.DbTransaction.RollbackAsync")]
    [InlineData("Npgsql.NpgsqlTransaction.Rollback")]
    [InlineData("Npgsql.NpgsqlTransaction.RollbackAsync")]
    public void A_rollback_to_a_name_is_a_savepoint(string id)
    {
        var libraries = LibrarySymbols.Everything;
        var overloads = libraries.Members(id).Cast<IMethodSymbol>().ToLookup(method => method.Parameters is [{ Type.SpecialType: SpecialType.System_String }, ..]);
        Assert.NotEmpty(overloads[true]);
        Assert.NotEmpty(overloads[false]);
        Assert.All(overloads[true], method => Assert.Equal(ApiRole.Savepoint, libraries.Models.Find(method).Role));
        Assert.All(overloads[false], method => Assert.Equal(ApiRole.Rollback, libraries.Models.Find(method).Role));
    }

    [Fact]
    public void Only_a_constructor_that_takes_a_connection_binds_a_command()
    {
        var libraries = LibrarySymbols.Everything;
        var constructors = libraries.Members("Npgsql.NpgsqlCommand.#ctor").Cast<IMethodSymbol>().ToLookup(c => c.Parameters.Any(p => p.Type.Name == "NpgsqlConnection"));
        Assert.NotEmpty(constructors[true]);
        Assert.NotEmpty(constructors[false]);
        Assert.All(constructors[true], c => Assert.Equal(ApiRole.NewCommand, libraries.Models.Find(c).Role));
        Assert.All(constructors[false], c => Assert.Equal(ApiRole.None, libraries.Models.Find(c).Role));
    }

    [Theory]
    [InlineData("Npgsql.NpgsqlTransaction", "DisposeTransaction")]
    [InlineData("System.Data.IDbTransaction", "DisposeTransaction")]
    [InlineData("System.Data.Common.DbTransaction", "DisposeTransaction")]
    [InlineData("Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction", "DisposeTransaction")]
    [InlineData("System.Transactions.TransactionScope", "DisposeTransaction")]
    [InlineData("Npgsql.NpgsqlConnection", "Close")]
    [InlineData("System.Data.IDbConnection", "Close")]
    [InlineData("Npgsql.NpgsqlCommand", "None")]
    [InlineData("System.Net.Http.HttpClient", "None")]
    [InlineData("Microsoft.Data.SqlClient.SqlTransaction", "Neutral")]
    public void Disposing_a_value_is_known_by_its_type(string type, string role) =>
        Assert.Equal(role, LibrarySymbols.Everything.Models.FindDispose(LibrarySymbols.Everything.Type(type)).Role.ToString());

    private static TheoryData<string> Rows(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static (string Left, string? Right) Split(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + separator.Length)..]);
    }
}
